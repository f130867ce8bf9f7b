import { deadLetterTopic, TOPICS, type Topic } from '@daybook/contracts';
// Node finds only some of kafkajs's exports by name; the rest is on the module itself.
import kafkajs, {
  type AclEntry,
  type AclOperationTypes as AclOperation,
  type AclResourceTypes as AclResource,
  type Admin,
} from 'kafkajs';
import { topicSubjects } from './topics.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** Services that take part in the log. */
export const LOG_SERVICES: readonly string[] = [
  ...new Set(Object.values(TOPICS).flatMap(({ producers, consumers }) => [...producers, ...consumers])),
].sort();

/** Who may do what, from the typed map: only these write a topic, only these read it, all see how it is set. */
export function logAcls(): AclEntry[] {
  const { PREFIXED } = ResourcePatternTypes;
  const everybody = LOG_SERVICES.flatMap((service) => [
    // Of undeclared topics too: a service that finds one does not start.
    ...topicSubjects().flatMap((subject) => [
      entry(service, AclResourceTypes.TOPIC, `${subject}.`, AclOperationTypes.DESCRIBE, PREFIXED),
      entry(service, AclResourceTypes.TOPIC, `${subject}.`, AclOperationTypes.DESCRIBE_CONFIGS, PREFIXED),
    ]),
    // A consumer's group is called after its service and its topic.
    entry(service, AclResourceTypes.GROUP, `${service}.`, AclOperationTypes.READ, PREFIXED),
  ]);
  return [
    ...everybody,
    ...(Object.keys(TOPICS) as Topic[]).flatMap((name) => {
      const { producers, consumers, onPoison } = TOPICS[name];
      return [
        ...producers.map((service) => topic(service, name, AclOperationTypes.WRITE)),
        ...consumers.flatMap((service) => [
          topic(service, name, AclOperationTypes.READ),
          ...(onPoison === 'halt' ? [] : [topic(service, deadLetterTopic(name), AclOperationTypes.WRITE)]),
        ]),
      ];
    }),
  ];
}

/** Makes the entries; those that are there already stay. Run as a super user. */
export async function createAcls(admin: Admin): Promise<void> {
  await admin.createAcls({ acl: logAcls() });
}

const topic = (service: string, name: string, operation: AclOperation) =>
  entry(service, AclResourceTypes.TOPIC, name, operation);
const entry = (
  service: string,
  resourceType: AclResource,
  resourceName: string,
  operation: AclOperation,
  resourcePatternType = ResourcePatternTypes.LITERAL,
): AclEntry => ({
  resourceType,
  resourceName,
  resourcePatternType,
  principal: `User:${service}`,
  host: '*',
  operation,
  permissionType: AclPermissionTypes.ALLOW,
});
