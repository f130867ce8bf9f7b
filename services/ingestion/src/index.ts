export { createIngestionService, type IngestionDeps } from './ingestion.service.js';
