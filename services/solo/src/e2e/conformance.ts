import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApi } from './operations.js';

/** What came back. */
export interface Answer {
  status: number;
  contentType: string;
  text: string;
}
interface Documented {
  content?: Record<string, { schema?: Record<string, unknown> }>;
}

/** Says what in an answer is not as the running document says. */
export class Conformance {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: true });

  constructor(private readonly document: OpenApi) {
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'document', ...document });
  }

  /** Empty when it conforms. */
  violations(method: string, path: string, answer: Answer): string[] {
    const { status, contentType, text } = answer;
    const type = contentType.split(';')[0]?.trim() ?? '';
    const body = type.includes('json') ? parsed(text) : undefined;
    // Another address was asked for than the one that is checked: an id that no route takes.
    if (status === 404 && isObject(body) && body.code === 'no_such_route') return [];
    const found: string[] = [];
    if (status >= 500) found.push(`answers ${status}`);
    const responses = this.document.paths[path]?.[method.toLowerCase()]?.responses as Record<string, Documented>;
    const documented = responses?.[String(status)];
    if (!documented) return [...found, `answers ${status}, which is not documented`];
    // Errors are problem details; where the document has a shape of their own (RFC 8628), that one will do too.
    const ownShape = type !== PROBLEM && documented.content?.[type] !== undefined;
    if (status >= 400 && !ownShape) return [...found, ...problemViolations(type, body, status)];
    return [...found, ...this.contentViolations(method, path, status, documented, type, body)];
  }

  private contentViolations(
    method: string,
    path: string,
    status: number,
    { content }: Documented,
    type: string,
    body: unknown,
  ): string[] {
    if (!content) return [];
    const described = content[type];
    if (!described)
      return [`answers ${status} as ${type || 'nothing'}, documented is ${Object.keys(content).join(', ')}`];
    if (!described.schema || !type.includes('json')) return [];
    const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
      .map(escaped)
      .join('/');
    const validate = this.ajv.getSchema(`document#/${pointer}`);
    if (!validate) return [`has no schema for ${status}`];
    if (validate(body)) return [];
    const [error] = validate.errors ?? [];
    return [`answers ${status} with a body that is not as documented: ${error?.instancePath} ${error?.message}`];
  }
}

const PROBLEM = 'application/problem+json';
function problemViolations(type: string, body: unknown, status: number): string[] {
  if (type !== PROBLEM) return [`answers ${status} as ${type || 'nothing'}`];
  if (
    !isObject(body) ||
    typeof body.code !== 'string' ||
    !body.code ||
    typeof body.title !== 'string' ||
    body.status !== status
  )
    return [`answers ${status} without code, title and status`];
  return [];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
/** A JSON pointer's segment, inside a URI. */
const escaped = (segment: string): string => encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
