// What hangs on a node that went down or came up: its links, and a subnet manager that runs on it.
import { settle } from './links.ts';
import { managersOnHost } from './managers.ts';
import { isUp, type TwinNode, type World } from './world.ts';

export function nodeChanged(world: World, node: TwinNode): void {
  const { fabric } = world;
  if (!fabric) return;
  for (const link of fabric.ofNode.get(node.id) ?? []) settle(world, fabric, link);
  managersOnHost(world, node.name, isUp(node));
}
