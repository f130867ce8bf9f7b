export function PairPage() {
  return <h1>PairPage</h1>;
}
