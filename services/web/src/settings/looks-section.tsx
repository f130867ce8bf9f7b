import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { toastProblem } from '../kit/toast.js';
import { useChangeMe, useSingleKeys } from '../me/me.js';
import { Section } from './section.js';

export function LooksSection() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const saved = useSingleKeys();
  const change = useChangeMe();
  // The switch moves at once, not when the server has answered.
  const singleKeys = change.isPending ? change.variables.settings?.singleKeys === true : saved;
  return (
    <Section id="looks" title="Looks and keys">
      <div>
        <p className="lbl" id="theme">
          Theme, in this browser
        </p>
        <SegmentedControl
          aria-labelledby="theme"
          classNames={{ root: 'seg', indicator: 'seg-on' }}
          data={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
            { value: 'auto', label: 'As the system' },
          ]}
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
        />
      </div>
      <Switch
        checked={singleKeys}
        onChange={(event) =>
          change.mutate({ settings: { singleKeys: event.currentTarget.checked } }, { onError: toastProblem })
        }
        classNames={{ description: 's t2' }}
        label="Single-key shortcuts"
        description="On the day page, keys such as j, k and Enter work alone. Switch them off if you dictate or press keys by accident."
      />
    </Section>
  );
}
