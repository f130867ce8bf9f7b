const json = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });
const text = { type: 'string' };
const body = (required: string[], properties: Record<string, object>) => json({ type: 'object', required, properties });
const answers = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, { description: status < 400 ? 'Done' : 'Refused' }]));

/** better-auth's routes that Daybook keeps open, described by hand: it brings no schemas in this form. */
export const AUTH_PATHS = {
  '/api/auth/sign-in/email': {
    post: {
      summary: 'Sign in',
      security: [],
      requestBody: body(['email', 'password'], { email: text, password: text }),
      responses: answers(200, 400, 401, 403, 429),
    },
  },
  '/api/auth/sign-out': { post: { summary: 'Sign out', responses: answers(200, 400, 403) } },
  '/api/auth/get-session': { get: { summary: 'Who is signed in', security: [], responses: answers(200, 400) } },
  '/api/auth/change-password': {
    post: {
      summary: 'Change the password; the vault stays open',
      requestBody: body(['currentPassword', 'newPassword'], { currentPassword: text, newPassword: text }),
      responses: answers(200, 400, 401, 403),
    },
  },
  '/api/auth/request-password-reset': {
    post: {
      summary: 'Ask for a reset link',
      security: [],
      requestBody: body(['email'], { email: text }),
      responses: answers(200, 400, 403, 429),
    },
  },
  '/api/auth/reset-password': {
    post: {
      summary: 'Set a new password; the vault stays locked',
      security: [],
      requestBody: body(['newPassword', 'token'], { newPassword: text, token: text }),
      responses: answers(200, 400, 403),
    },
  },
  '/api/auth/device/code': {
    post: {
      summary: 'Begin pairing a device (RFC 8628)',
      security: [],
      requestBody: body(['client_id'], { client_id: text }),
      responses: answers(200, 400, 403, 429),
    },
  },
  '/api/auth/device': {
    get: {
      summary: 'Claim a pairing code',
      parameters: [{ name: 'user_code', in: 'query', required: true, schema: text }],
      responses: answers(200, 400, 401),
    },
  },
  '/api/auth/device/approve': {
    post: {
      summary: 'Allow the device',
      requestBody: body(['userCode'], { userCode: text }),
      responses: answers(200, 400, 401, 403),
    },
  },
  '/api/auth/device/deny': {
    post: {
      summary: 'Refuse the device',
      requestBody: body(['userCode'], { userCode: text }),
      responses: answers(200, 400, 401, 403),
    },
  },
};
