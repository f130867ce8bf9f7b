/** The one-time code behind the `#`, where no server log sees it. */
export const codeIn = (hash: string): string | undefined => /^#?code=([A-Za-z0-9_-]{8,64})$/.exec(hash)?.[1];
