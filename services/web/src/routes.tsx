import { Day } from '@daybook/contracts';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type ParsedLocation,
  redirect,
} from '@tanstack/react-router';
import { isProblem } from './api/client.js';
import { queryClient } from './api/query-client.js';
import { meQuery } from './me/me.js';
import { CrashPage, MissingPage } from './shell/odd-pages.js';
import { Shell } from './shell/shell.js';
import { todayIn } from './time/format.js';

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: MissingPage,
  errorComponent: CrashPage,
});

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);

const open = [
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
    component: lazyRouteComponent(() => import('./sign-in/sign-in-page.js'), 'SignInPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('./sign-in/forgot-password-page.js'), 'ForgotPasswordPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/reset-password',
    validateSearch: (search): { token?: string } => ({ token: text(search.token) }),
    component: lazyRouteComponent(() => import('./sign-in/reset-password-page.js'), 'ResetPasswordPage'),
  }),
  // The one-time code stands behind the #, so that it reaches no server log.
  createRoute({
    getParentRoute: () => root,
    path: '/welcome',
    component: lazyRouteComponent(() => import('./welcome/welcome-page.js'), 'WelcomePage'),
  }),
];

/** Who nobody is goes to the sign-in first, and comes back. */
const somebody = async ({ context, location }: { context: { queries: QueryClient }; location: ParsedLocation }) => {
  try {
    return await context.queries.ensureQueryData(meQuery);
  } catch (error) {
    if (isProblem(error) && error.status === 401)
      throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { next: location.href } });
    throw error;
  }
};

/** Pages of somebody, in the shell or alone on the screen. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell, loader: somebody });
const alone = createRoute({ getParentRoute: () => root, id: 'alone', component: Outlet, loader: somebody });

const pairing = createRoute({
  getParentRoute: () => alone,
  path: '/pair',
  validateSearch: (search): { user_code?: string } => ({ user_code: text(search.user_code) }),
  component: lazyRouteComponent(() => import('./pair/pair-page.js'), 'PairPage'),
});

const pages = [
  createRoute({
    getParentRoute: () => inside,
    path: '/',
    beforeLoad: async ({ context }) => {
      const me = await context.queries.ensureQueryData(meQuery).catch(() => undefined);
      if (!me) throw redirect({ to: '/sign-in', search: {} });
      throw redirect({ to: '/day/$day', params: { day: todayIn(me.timeZone) } });
    },
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/first-steps',
    component: lazyRouteComponent(() => import('./first-steps/first-steps-page.js'), 'FirstStepsPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/settings',
    component: lazyRouteComponent(() => import('./settings/settings-page.js'), 'SettingsPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/day/$day',
    component: lazyRouteComponent(() => import('./day/day-page.js'), 'DayPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/week/$week',
    component: lazyRouteComponent(() => import('./week/week-page.js'), 'WeekPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/week/$week/manager-view',
    component: lazyRouteComponent(() => import('./week/manager-view-page.js'), 'ManagerViewPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/projects',
    component: lazyRouteComponent(() => import('./projects/projects-page.js'), 'ProjectsPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/rules',
    component: lazyRouteComponent(() => import('./rules/rules-page.js'), 'RulesPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/privacy',
    validateSearch: (search): { erase?: 'day'; day?: Day } => ({
      erase: search.erase === 'day' ? 'day' : undefined,
      day: Day.safeParse(search.day).data,
    }),
    component: lazyRouteComponent(() => import('./privacy/privacy-page.js'), 'PrivacyPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/privacy/openings',
    component: lazyRouteComponent(() => import('./privacy/openings-page.js'), 'OpeningsPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/privacy/erasures/$caseRef',
    component: lazyRouteComponent(() => import('./erasure/receipt-page.js'), 'ReceiptPage'),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren([...open, alone.addChildren([pairing]), inside.addChildren(pages)]),
  context: { queries: queryClient },
  defaultPreload: 'intent',
  defaultErrorComponent: CrashPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
