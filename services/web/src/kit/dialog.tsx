import { Drawer, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';

/** A question over the page: in the middle of a desktop, from the bottom of a phone. Focus goes back to where it came from. */
export function Dialog({
  opened,
  onClose,
  onClosed,
  title,
  size = 560,
  children,
}: {
  opened: boolean;
  onClose: () => void;
  /** When it is out of sight. */
  onClosed?: () => void;
  title: ReactNode;
  size?: number;
  children: ReactNode;
}) {
  const phone = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false });
  const same = {
    opened,
    onClose,
    ...(onClosed && { onExitTransitionEnd: onClosed }),
    title: <span className="h1 row">{title}</span>,
    closeButtonProps: { 'aria-label': 'Close' },
    className: 'dialog',
  };
  return phone ? (
    <Drawer
      {...same}
      position="bottom"
      padding={20}
      size="auto"
      radius="16px 16px 0 0"
      styles={{ content: { height: 'auto', maxHeight: '92dvh' } }}
    >
      {children}
    </Drawer>
  ) : (
    <Modal {...same} size={size} centered>
      {children}
    </Modal>
  );
}
