/** A pause that somebody may end before its time. */
export class Rest {
  private readonly ends = new Set<() => void>();

  async for(milliseconds: number): Promise<void> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const timer = setTimeout(end, milliseconds);
    this.ends.add(end);
    await over;
    clearTimeout(timer);
    this.ends.delete(end);
  }

  end(): void {
    for (const end of this.ends) end();
  }
}
