export function OpeningsPage() {
  return <h1>OpeningsPage</h1>;
}
