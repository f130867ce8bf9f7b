export function DayPage() {
  return <h1>DayPage</h1>;
}
