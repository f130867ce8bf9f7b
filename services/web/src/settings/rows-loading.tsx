/** Stands for a short list that is on its way. */
export const RowsLoading = () => (
  <div className="rows" aria-busy="true">
    <span className="vh" role="status">
      Loading
    </span>
    <span className="sk row-sk" />
  </div>
);
