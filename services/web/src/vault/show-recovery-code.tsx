import { modals } from '@mantine/modals';
import { RecoveryCode } from './recovery-code.js';

/** Shows a new recovery code above everything else, so that nothing that loads meanwhile takes it away; resolves when it is kept. */
export const showRecoveryCode = (code: string): Promise<void> =>
  new Promise((kept) => {
    const id = modals.open({
      title: 'Your new recovery code',
      closeOnEscape: false,
      closeOnClickOutside: false,
      withCloseButton: false,
      children: (
        <RecoveryCode
          code={code}
          onKept={() => {
            modals.close(id);
            kept();
          }}
        />
      ),
    });
  });
