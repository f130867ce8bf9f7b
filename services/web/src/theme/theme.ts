import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const spruce: MantineColorsTuple = [
  '#e6f4f0',
  '#dcefe9',
  '#a9d3c8',
  '#7fc0b1',
  '#5cc6b6',
  '#2f8f82',
  '#0a645b',
  '#084f48',
  '#063e39',
  '#042c28',
];

export const theme = createTheme({
  primaryColor: 'spruce',
  primaryShade: { light: 6, dark: 4 },
  colors: { spruce },
  fontFamily: 'InterVariable, Inter, system-ui, "Segoe UI", sans-serif',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  defaultRadius: 6,
  focusRing: 'auto',
  respectReducedMotion: true,
  headings: { fontFamily: 'InterVariable, Inter, system-ui, sans-serif', fontWeight: '600' },
  components: {
    // The kit's header is a landmark of the whole page to screen readers; in a dialog it is none.
    Modal: {
      defaultProps: {
        radius: 12,
        padding: 20,
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        attributes: { header: { role: 'presentation' } },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Drawer: {
      defaultProps: {
        attributes: { header: { role: 'presentation' } },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Select: { defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } } },
    Tooltip: { defaultProps: { openDelay: 300 } },
  },
});

const surfaces = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-2)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--control)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-error': 'var(--danger)',
  '--mantine-color-anchor': 'var(--accent)',
};
/** The kit paints with our tokens, which know light and dark themselves. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: surfaces, dark: surfaces });
