import { IconCircle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Step } from './steps.js';

/** The checklist; the first step that is open stands out. */
export function StepList(props: { steps: readonly Step[]; today: string; loading: boolean; locked: boolean }) {
  const current = props.loading ? undefined : props.steps.find((step) => !step.done)?.id;
  return (
    <ol className="todo1">
      {props.steps.map((step) => (
        <li key={step.id} className={step.done ? 'ok' : step.id === current ? 'cur' : ''}>
          <StepIcon done={step.done} current={step.id === current} />
          <span>
            <span className="m">{step.title}</span>
            <span className="vh">{step.done ? ', done' : ', to do'}</span>
            {props.loading && step.id !== 'account' && step.id !== 'recovery-code' ? (
              <small>
                <span className="sk line" />
              </small>
            ) : (
              <small>
                {step.id === 'day' && props.locked ? 'your activity is locked in this browser' : step.detail}
              </small>
            )}
          </span>
          {!props.loading && <StepAction step={step} current={step.id === current} {...props} />}
        </li>
      ))}
    </ol>
  );
}

function StepIcon({ done, current }: { done: boolean; current: boolean }) {
  if (done) return <IconCircleCheck aria-hidden />;
  return current ? <IconCircleDashed aria-hidden /> : <IconCircle aria-hidden />;
}

function StepAction({
  step,
  current,
  today,
  locked,
}: {
  step: Step;
  current: boolean;
  today: string;
  locked: boolean;
}) {
  const look = current ? 'btn pri' : step.done ? 'btn sm ghost' : 'btn sm';
  switch (step.id) {
    case 'account':
      return <span />;
    case 'recovery-code':
      return step.done ? (
        <span />
      ) : (
        <Link className={look} to="/settings" hash="recovery-code">
          Get a code
        </Link>
      );
    case 'computer':
      return step.done ? (
        <Link className={look} to="/settings" hash="computers">
          Computers
        </Link>
      ) : (
        <Link className={look} to="/pair">
          Pair
        </Link>
      );
    case 'source':
      return (
        <Link className={look} to="/privacy">
          {step.done ? 'Sources' : 'See the sources'}
        </Link>
      );
    case 'day':
      return (
        <Link className={look} to="/day/$day" params={{ day: today }}>
          {locked ? 'Open it' : step.done ? 'Day' : 'See today'}
        </Link>
      );
  }
}
