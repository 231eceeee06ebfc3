package org.jccl.sim.device;

/** The marker of an event in a stream. */
final class EventRecord extends StreamOp {
  private final EventCompletion completion = new EventCompletion(this);

  EventRecord(SimStream stream) {
    super(stream);
  }

  EventCompletion completion() {
    return completion;
  }

  @Override
  protected void perform() {
    completion.reach(stream().context().simulation().kernel(), earliestStart());
  }

  @Override
  protected long duration() {
    return 0;
  }

  @Override
  protected String label() {
    return "event record";
  }

  @Override
  public String describe() {
    return "event record on " + stream();
  }
}
