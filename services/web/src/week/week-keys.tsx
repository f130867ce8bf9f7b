/** What the keys do while the grid has the focus, or why one did nothing. */
export function GridKeys({ said }: { said: string }) {
  return (
    <div className="keys hide-s">
      <p role="status" className="said" hidden={!said}>
        {said}
      </p>
      <span>
        <kbd>←</kbd>
        <kbd>↑</kbd>
        <kbd>↓</kbd>
        <kbd>→</kbd> move
      </span>
      <span>
        <kbd>1:30</kbd> type hours
      </span>
      <span>
        <kbd>e</kbd> edit hours
      </span>
      <span>
        <kbd>n</kbd> new entry
      </span>
      <span>
        <kbd>Enter</kbd> open the day
      </span>
    </div>
  );
}
