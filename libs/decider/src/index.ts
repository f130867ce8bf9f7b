/** What happened, in the past tense, self-contained: `{ type: 'TimesheetSubmitted', data: {…} }`. */
export type Event<Type extends string = string, Data extends object = object> = Readonly<{
  type: Type;
  data: Readonly<Data>;
}>;
/** What somebody wants, in the imperative, with "now" and new ids passed in. */
export type Command<Type extends string = string, Data extends object = object> = Readonly<{
  type: Type;
  data: Readonly<Data>;
}>;

/** An expected refusal: a typed result, never an exception. `code` is the problem's code towards the outside. */
export interface Refusal<Code extends string = string> {
  readonly refused: Code;
  readonly detail: string;
}
export const refuse = <Code extends string>(code: Code, detail: string): Refusal<Code> => ({ refused: code, detail });
export const isRefusal = (decision: unknown): decision is Refusal =>
  typeof decision === 'object' && decision !== null && 'refused' in decision;

/**
 * An aggregate without a class: pure functions over events. `decide` may run again after a version conflict, so it takes no
 * clock and no randomness.
 */
export interface Decider<State, C extends Command, E extends Event, Code extends string = string> {
  readonly initialState: () => State;
  readonly evolve: (state: State, event: E) => State;
  readonly decide: (command: C, state: State) => readonly E[] | Refusal<Code>;
}

/** Folds a history into the state. */
export const replay = <State, C extends Command, E extends Event>(
  decider: Decider<State, C, E>,
  events: readonly E[],
): State => events.reduce(decider.evolve, decider.initialState());

/** `given(decider, …events).when(command)`: what a spec reads like. */
export const given = <State, C extends Command, E extends Event, Code extends string>(
  decider: Decider<State, C, E, Code>,
  ...events: E[]
) => ({
  when: (command: C) => decider.decide(command, replay(decider, events)),
});
