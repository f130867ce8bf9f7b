export { createTimelineService, TIMELINE_TABLES, type TimelineDeps, type TimelineService } from './timeline.service.js';
