import { problemCatalogue } from '@daybook/service-kit';

/** What the edge itself refuses; everything else that is refused comes from the service that owns the route. */
export const gatewayProblems = problemCatalogue({
  no_such_route: { status: 404, title: 'There is no such route' },
  foreign_origin: { status: 403, title: 'Another site may not do this for you' },
  not_for_devices: { status: 403, title: 'A device may write batches and read consent, nothing else' },
  only_for_devices: { status: 403, title: 'This route is for paired devices' },
  length_required: { status: 411, title: 'Send a content-length' },
  timeout: { status: 504, title: 'The answer took too long' },
});
