import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { timeZoneChoices } from './time-zones.js';

interface TimeZoneSelectProps {
  value: string;
  onChange: (zone: string) => void;
  hint: string;
  error?: string;
}

export function TimeZoneSelect({ value, onChange, hint, error }: TimeZoneSelectProps) {
  const choices = useMemo(() => timeZoneChoices(value), [value]);
  return (
    <Select
      label="Time zone"
      description={hint}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ input: 'field', label: 'lbl', description: 's t2 hint' }}
      data={choices}
      limit={100}
      searchable
      allowDeselect={false}
      nothingFoundMessage="No such zone. Try a city, such as Berlin."
      value={value}
      error={error}
      onChange={(zone) => zone && onChange(zone)}
    />
  );
}
