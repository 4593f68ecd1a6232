import { runTool } from './tool.ts';

/**
 * Sets a transient attribute of this node, which Pacemaker forgets when the node leaves (attrd_updater(8)); undefined takes it away.
 * @throws Failure 'pacemaker' (not running), 'permission', 'timeout'.
 */
export async function setNodeAttribute(name: string, value: string | undefined): Promise<void> {
  const change = value === undefined ? ['--delete'] : ['--update', value];
  await runTool('attrd_updater', ['--name', name, ...change], { timeout: 5000 });
}
