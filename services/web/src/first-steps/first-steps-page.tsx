export function FirstStepsPage() {
  return <h1>FirstStepsPage</h1>;
}
