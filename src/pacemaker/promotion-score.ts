import { runTool } from './tool.ts';

/**
 * By attrd_updater, which asks nothing but the attribute manager: crm_attribute, which knows the attribute's name too, takes half as
 * long again, and a failover waits for it. The name is crm_attribute --promotion's (crm_attribute(8)).
 *
 * Takes the promotion score of `resource` on this node away: Pacemaker demotes what is promoted there, and promotes another.
 * @throws Failure 'pacemaker' (not running), 'permission', 'timeout'.
 */
export async function removePromotionScore(resource: string): Promise<void> {
  await runTool('attrd_updater', ['--name', `master-${resource}`, '--delete'], { timeout: 5000 });
}
