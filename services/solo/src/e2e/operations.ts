/** One operation of the public API, as the running gateway describes itself. */
export interface Operation {
  method: string;
  path: string;
  hasBody: boolean;
  parameters: { name: string; in: string; schema: Record<string, unknown>; required?: boolean }[];
  body: Record<string, unknown> | undefined;
  /** Documented statuses. */
  statuses: string[];
}
export interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: Operation['parameters'];
        requestBody?: { content: Record<string, { schema: Record<string, unknown> }> };
        responses: Record<string, unknown>;
      }
    >
  >;
  components: { schemas: Record<string, Record<string, unknown>> };
}

/** Every operation, so that a new route is covered by itself. */
export const operations = async (url: string): Promise<Operation[]> => operationsIn(await openApi(url));

export function operationsIn(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        hasBody: operation.requestBody !== undefined,
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content['application/json']?.schema,
        statuses: Object.keys(operation.responses),
      })),
  );
}

export const openApi = async (url: string): Promise<OpenApi> =>
  (await fetch(`${url}/v1/openapi.json`)).json() as Promise<OpenApi>;

/** The path with something in each place: an id of somebody, a day, a week, a source. */
export function concretePath(route: Operation, ids: Record<string, string>): string {
  const today = new Date().toISOString().slice(0, 10);
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'day') return today;
    if (name === 'week') return '2026-W48';
    if (name === 'source') return 'files';
    if (route.path.includes('/devices/')) return ids.device ?? '';
    if (route.path.includes('/projects/')) return ids.project ?? '';
    return ids.entry ?? '';
  });
}
