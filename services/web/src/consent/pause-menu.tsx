import type { Source } from '@daybook/contracts';
import { Menu } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { PAUSES, usePause } from './pause.js';

/** The button that pauses these sources, and for how long. */
export function PauseMenu({ sources, label }: { sources: readonly Source[]; label: string }) {
  const { pause } = usePause();
  return (
    <Menu position="bottom-start" shadow="md" width={180}>
      <Menu.Target>
        <button type="button" className="btn">
          <IconPlayerPause aria-hidden />
          {label}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {PAUSES.map(({ label: how, minutes }) => (
          <Menu.Item key={how} onClick={() => pause(sources, minutes)}>
            {how}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
