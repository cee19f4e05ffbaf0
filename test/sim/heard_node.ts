/** A node without ROS: what its subscriptions hear is said to it, what it publishes is kept. */
export function heardNode() {
  const hear = new Map<string, (message: unknown) => void>();
  const told: { topic: string; message: object }[] = [];
  const node = {
    publisher: ({ name }: { name: string }) =>
      Object.assign((message: object): void => void told.push({ topic: name, message }), {
        destroy: () => undefined,
      }),
    subscribe: (topic: { name: string }, callback: (message: unknown) => void) => {
      hear.set(topic.name, callback);
      return { destroy: () => void hear.delete(topic.name) };
    },
    countPublishers: () => 1,
    safely: (work: () => void) => work(),
  };
  /** What was told on a topic since the last call, of all topics. */
  const toldOn = (topic: string): object[] =>
    told.splice(0).flatMap((sent) => (sent.topic === topic ? [sent.message] : []));
  return { node, hear, toldOn };
}
