import { Copyable } from '../kit/copyable.js';
import { commands } from '../pair/commands.js';

/** What is typed there, in this order. */
export function OnYourComputer({ paired }: { paired: boolean }) {
  const { pair, grant, run } = commands(window.location.origin);
  return (
    <section className="card">
      <h2>On your computer</h2>
      <p className="s t2 under">In a terminal, in the folder of this Daybook:</p>
      <ol className="type-this">
        {!paired && (
          <li>
            <span className="s t2">Show a code to type here</span>
            <Copyable text={pair} what="the command that pairs" />
          </li>
        )}
        <li>
          <span className="s t2">Grant a folder, as many as you like</span>
          <Copyable text={grant} what="the command that grants a folder" />
        </li>
        <li>
          <span className="s t2">Let it run; Ctrl-C stops it</span>
          <Copyable text={run} what="the command that runs the agent" />
        </li>
      </ol>
      <p className="s t3 under">Name, path and save time. Never contents or size.</p>
    </section>
  );
}
