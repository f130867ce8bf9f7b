import { Problem } from '@daybook/contracts';
import type { INestApplication } from '@nestjs/common';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

/** A service's own part of the public API, from the schemas that its code validates with. */
export function openApiDocument(app: INestApplication, title: string): OpenAPIObject {
  const base = new DocumentBuilder().setTitle(title).setVersion('1').setOpenAPIVersion('3.1.0').build();
  const document = SwaggerModule.createDocument(app, base, {
    // Default output is OpenAPI 3.0's dialect even in a 3.1 document; zod speaks 2020-12 itself.
    standardSchemaConverter: (schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) => {
      const {
        $schema: _,
        $defs,
        ...converted
      } = z.toJSONSchema(schema as z.ZodType, {
        target: 'draft-2020-12',
        io: schemaType,
        unrepresentable: 'any',
        override: ({ jsonSchema }) => {
          if (jsonSchema.format && jsonSchema.pattern) delete jsonSchema.pattern;
        },
      });
      const pointed = JSON.parse(
        JSON.stringify({ converted, $defs: $defs ?? {} }).replaceAll('"#/$defs/', '"#/components/schemas/'),
      );
      return { schema: pointed.converted, components: pointed.$defs };
    },
  } as Parameters<typeof SwaggerModule.createDocument>[2]);
  const problem = z.toJSONSchema(Problem, { target: 'draft-2020-12' }).$defs?.Problem;
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem as never },
  };
  return document;
}

/** Documents the refusals of a route: `@Refuses(401, 422)`. */
export const Refuses = (...statuses: number[]) =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: 'Problem details',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      }),
    ),
  );
/** Documents the answer of a route with the schema it is made from: `@Answers(200, DayView)`. */
export const Answers = (status: number, schema?: z.ZodType, description = '') =>
  ApiResponse(schema ? { status, description, standardSchema: schema as never } : { status, description });
