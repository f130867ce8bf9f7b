import type { OpenAPIObject } from '@nestjs/swagger';
import type { HTTPMethods } from 'fastify';

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

export interface OperationObject {
  operationId?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, object>;
}
export interface Operation {
  method: HTTPMethods;
  /** As in the document: `/v1/days/{day}`. */
  path: string;
  operation: OperationObject;
}

/** Every operation of a document. */
export function operationsOf(document: Pick<OpenAPIObject, 'paths'>): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, OperationObject>)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({ method: method.toUpperCase() as HTTPMethods, path, operation })),
  );
}
