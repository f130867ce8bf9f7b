/** A command that cannot be done, with the reason and what would do: one line, exit code 1. */
export class Refused extends Error {}
