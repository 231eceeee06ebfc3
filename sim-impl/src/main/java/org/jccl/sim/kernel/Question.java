package org.jccl.sim.kernel;

import java.util.List;

/** What a thread asks for again and again: a wait that comes back in between. */
public record Question(Wait about) implements Wait {
  @Override
  public String describe() {
    return about.describe() + " (it asks again and again)";
  }

  @Override
  public List<Integer> ranks() {
    return about.ranks();
  }

  @Override
  public Wait root() {
    return about.root() == about ? this : about.root();
  }

  @Override
  public Nature nature() {
    return about.nature();
  }

  @Override
  public String communicator() {
    return about.communicator();
  }

  @Override
  public boolean passesEvent() {
    return about.passesEvent();
  }

  @Override
  public int participants() {
    return about.participants();
  }
}
