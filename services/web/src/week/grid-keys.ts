export interface Position {
  row: number;
  column: number;
}

/** Where a key leads inside the grid, as in a spreadsheet; undefined for every other key. At an edge it stays. */
export function moved(key: string, { row, column }: Position, rows: number, columns: number): Position | undefined {
  const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
  switch (key) {
    case 'ArrowLeft':
      return { row, column: within(column - 1, columns) };
    case 'ArrowRight':
      return { row, column: within(column + 1, columns) };
    case 'ArrowUp':
      return { row: within(row - 1, rows), column };
    case 'ArrowDown':
      return { row: within(row + 1, rows), column };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      return { row, column: columns - 1 };
    default:
      return undefined;
  }
}

/** A key that starts typing a duration. */
export const startsTyping = (key: string): boolean => /^[\d.,:]$/.test(key);
