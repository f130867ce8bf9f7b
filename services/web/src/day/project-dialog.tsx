import type { ProjectRef } from '@daybook/contracts';
import { Modal } from '@mantine/core';
import { ProjectPicker } from '../projects/project-picker.js';
import { clockRange } from '../time/format.js';
import type { DraftRow } from './rows.js';

/** "Which project?", from the keyboard: pick one or make it. */
export function ProjectDialog({
  row,
  onChoose,
  onClose,
}: {
  row: DraftRow;
  onChoose: (project: ProjectRef) => void;
  onClose: () => void;
}) {
  return (
    <Modal opened onClose={onClose} title={`Which project for ${clockRange(row.start, row.end)}?`}>
      <ProjectPicker value={row.project} onChange={(project) => onChoose(project as ProjectRef)} autoFocus />
    </Modal>
  );
}
