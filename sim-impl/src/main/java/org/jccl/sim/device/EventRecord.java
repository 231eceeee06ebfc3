package org.jccl.sim.device;

/** The marker of an event in a stream. */
final class EventRecord extends StreamOp {
  private final Recording recording = new Recording(this);

  EventRecord(SimStream stream) {
    super(stream);
  }

  Recording recording() {
    return recording;
  }

  @Override
  protected void perform() {
    recording.reach(stream().device().world().kernel(), earliestStart());
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
