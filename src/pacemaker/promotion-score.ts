import { runTool } from './tool.ts';

/**
 * Takes the promotion score of `resource` on this node away: Pacemaker demotes what is promoted there, and promotes another.
 * @throws Failure 'pacemaker' (not running), 'permission', 'timeout'.
 */
export async function removePromotionScore(resource: string): Promise<void> {
  await runTool('crm_attribute', ['--promotion', resource, '--delete'], { timeout: 5000 });
}
