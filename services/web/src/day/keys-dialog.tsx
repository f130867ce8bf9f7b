import { Modal } from '@mantine/core';
import { IconKeyboard } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { KEY_HELP } from './keys.js';

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      size={720}
      title={
        <span className="row h1">
          <IconKeyboard className="s20" aria-hidden />
          Keys
        </span>
      }
    >
      <div className="kgrid">
        {KEY_HELP.map(({ title, keys }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <ul>
              {keys.map(([words, ...pressed]) => (
                <li key={words}>
                  <span>{words}</span>
                  {pressed.map((key) => (key === '–' ? key : <kbd key={key}>{key}</kbd>))}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <p className="s t2 keysfoot">
        Single keys act only while the list or the lane has the focus. They can be switched off in{' '}
        <Link to="/settings">Settings</Link>.
      </p>
    </Modal>
  );
}
