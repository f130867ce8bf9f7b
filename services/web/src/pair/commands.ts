/** What is typed into a terminal on the computer that shall remember, in the folder of this Daybook. */
export const commands = (address: string) => ({
  pair: `npx daybook-agent pair ${address}`,
  grant: 'npx daybook-agent grant FOLDER',
  run: 'npx daybook-agent run',
  unpair: 'npx daybook-agent unpair',
});
