package org.jccl.conformance.harness;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A subject over another one, which it asks for all that it does not answer itself. */
public abstract class ForwardingSubject implements Subject {
  private final Subject subject;

  /** Over {@code subject}. */
  protected ForwardingSubject(Subject subject) {
    this.subject = subject;
  }

  /** What it is over. */
  protected final Subject subject() {
    return subject;
  }

  /** The same over {@code other}, which the subject has become. */
  protected abstract Subject over(Subject other);

  @Override
  public String name() {
    return subject.name();
  }

  @Override
  public Capabilities capabilities() {
    return subject.capabilities();
  }

  @Override
  public Optional<Subject> imitating(int version) {
    return subject.imitating(version).map(this::over);
  }

  @Override
  public Optional<Subject> with(Map<String, String> environment) {
    return subject.with(environment).map(this::over);
  }

  @Override
  public Optional<Subject> withHostsOf(int gpus) {
    return subject.withHostsOf(gpus).map(this::over);
  }

  @Override
  public boolean spansProcesses() {
    return subject.spansProcesses();
  }

  @Override
  public boolean shrinks() {
    return subject.shrinks();
  }

  @Override
  public Optional<Lockstep> lockstep() {
    return subject.lockstep();
  }

  @Override
  public Instance open() {
    return subject.open();
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return subject.reporting();
  }
}
