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
import { Link, linkOptions, Outlet, useMatchRoute, useNavigate } from '@tanstack/react-router';
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
  const places = [
    { name: 'Day', icon: IconCalendarEvent, link: linkOptions({ to: '/day/$day', params: { day: today } }) },
    { name: 'Week', icon: IconCalendarWeek, link: linkOptions({ to: '/week/$week', params: { week } }) },
    { name: 'Projects', icon: IconBriefcase, link: linkOptions({ to: '/projects' }) },
    { name: 'Rules', icon: IconWand, link: linkOptions({ to: '/rules' }), desk: true },
    { name: 'Privacy', icon: IconShieldLock, link: linkOptions({ to: '/privacy' }) },
  ];
  const links = (shown: typeof places) =>
    shown.map(({ name, icon: Icon, link }) => (
      <Link key={name} {...link} aria-current={matches({ to: link.to, fuzzy: true }) ? 'page' : undefined}>
        <Icon aria-hidden /> {name}
      </Link>
    ));
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
        {links(places)}
        <div className="foot">
          <Remembering />
          <Menu position="top-start" shadow="md" width={184}>
            <Menu.Target>
              <button type="button" className="btn ghost me">
                <span className="ava" aria-hidden>
                  {initials}
                </span>
                <span className="grow clip">
                  {me.name}
                  <span className="vh">: settings and sign out</span>
                </span>
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
        {links(places.filter((place) => !place.desk))}
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
