import './shell.css';
import { isoWeekOf } from '@daybook/timekeeping';
import { Menu } from '@mantine/core';
import {
  IconBriefcase,
  IconCalendarEvent,
  IconCalendarWeek,
  IconMenu2,
  IconSettings,
  IconShieldLock,
  IconWand,
} from '@tabler/icons-react';
import { Link, Outlet, useMatchRoute, useNavigate } from '@tanstack/react-router';
import { Brand } from '../kit/brand.js';
import { useMe } from '../me/me.js';
import { signOut } from '../sign-in/session.js';
import { todayIn } from '../time/format.js';
import { Remembering } from './remembering.js';

/** Everything behind the sign-in: navigation, what is remembered right now, and the page. */
export function Shell() {
  const me = useMe();
  const today = todayIn(me.timeZone);
  const week = isoWeekOf(today);
  const navigate = useNavigate();
  const matches = useMatchRoute();
  const current = (to: string) => (matches({ to, fuzzy: true }) ? ('page' as const) : undefined);
  const initials = me.name
    .split(/\s+/)
    .map((part) => [...part][0])
    .slice(0, 2)
    .join('');
  return (
    <div className="shell">
      <a className="btn skip" href="#page">
        Skip to the page
      </a>
      <nav className="nav" aria-label="Main">
        <Brand />
        <Link to="/day/$day" params={{ day: today }} aria-current={current('/day/$day')}>
          <IconCalendarEvent aria-hidden /> Day
        </Link>
        <Link to="/week/$week" params={{ week }} aria-current={current('/week/$week')}>
          <IconCalendarWeek aria-hidden /> Week
        </Link>
        <Link to="/projects" aria-current={current('/projects')}>
          <IconBriefcase aria-hidden /> Projects
        </Link>
        <Link to="/rules" aria-current={current('/rules')}>
          <IconWand aria-hidden /> Rules
        </Link>
        <Link to="/privacy" aria-current={current('/privacy')}>
          <IconShieldLock aria-hidden /> Privacy
        </Link>
        <div className="foot">
          <Remembering />
          <Menu position="top-start" shadow="md" width={184}>
            <Menu.Target>
              <button type="button" className="btn ghost me" aria-label={`${me.name}: settings and sign out`}>
                <span className="ava">{initials}</span>
                <span className="grow clip">{me.name}</span>
                <IconSettings aria-hidden />
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => navigate({ to: '/settings' })}>Settings</Menu.Item>
              <Menu.Item onClick={() => navigate({ to: '/first-steps' })}>First steps</Menu.Item>
              <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </nav>
      <main id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <nav className="tabbar" aria-label="Main, phone">
        <Link to="/day/$day" params={{ day: today }} aria-current={current('/day/$day')}>
          <IconCalendarEvent aria-hidden /> Day
        </Link>
        <Link to="/week/$week" params={{ week }} aria-current={current('/week/$week')}>
          <IconCalendarWeek aria-hidden /> Week
        </Link>
        <Link to="/projects" aria-current={current('/projects')}>
          <IconBriefcase aria-hidden /> Projects
        </Link>
        <Link to="/privacy" aria-current={current('/privacy')}>
          <IconShieldLock aria-hidden /> Privacy
        </Link>
        <Menu position="top-end" shadow="md" width={200}>
          <Menu.Target>
            <button type="button">
              <IconMenu2 aria-hidden /> More
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => navigate({ to: '/rules' })}>Rules</Menu.Item>
            <Menu.Item onClick={() => navigate({ to: '/settings' })}>Settings</Menu.Item>
            <Menu.Item onClick={() => navigate({ to: '/first-steps' })}>First steps</Menu.Item>
            <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </nav>
    </div>
  );
}
