/** As wide and high as the week that is coming. */
export function WeekSkeleton() {
  return (
    <div className="wkpage" aria-busy="true">
      <div className="left">
        <p className="vh" role="status">
          Loading the week
        </p>
        <div className="wk-skel hide-s">
          {['head', 'one', 'two', 'three', 'four', 'total'].map((row) => (
            <div key={row}>
              <span className="sk" />
            </div>
          ))}
        </div>
      </div>
      <div className="panel">
        <div className="colhead" />
        <div className="sect">
          <span className="sk wide" />
        </div>
      </div>
    </div>
  );
}
