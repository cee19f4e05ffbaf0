/** The page's node: it serves the page and knows the swarm and its world by their topics alone. */
import { PAGE_PARAMETERS } from "../src/ros/generated/parameters";
import { RosNode } from "../src/ros/node";
import { runProcess, tellParent } from "../src/ros/process";
import { PageView } from "./page_view";

void runProcess(async (ros) => {
  const view = await PageView.start(ros.add(new RosNode("page", undefined, PAGE_PARAMETERS)));
  tellParent({ type: "page", url: view.url });
  ros.onEnd(() => view.close());
});
