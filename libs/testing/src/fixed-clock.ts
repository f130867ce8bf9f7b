/** A clock that only moves when told. */
export class FixedClock {
  private time: number;
  constructor(at: string | Date) {
    this.time = new Date(at).getTime();
  }
  readonly now = (): Date => new Date(this.time);
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
  set(at: string | Date): void {
    this.time = new Date(at).getTime();
  }
}
