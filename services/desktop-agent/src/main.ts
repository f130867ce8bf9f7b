import { exitCodeOf } from './command/exit-code.js';
import { daybookAgent } from './command/program.js';
import { agentHome } from './config.js';
import { AgentHome } from './home/agent-home.js';

const say = (line: string) => console.log(line);
const note = (line: string) => console.error(line);

try {
  await daybookAgent(new AgentHome(agentHome()), say, note).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error, note);
}
