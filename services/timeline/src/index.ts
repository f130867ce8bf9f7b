export {
  createTimelineService,
  migrateTimeline,
  TIMELINE_TABLES,
  type TimelineDeps,
  type TimelineService,
} from './timeline.service.js';
