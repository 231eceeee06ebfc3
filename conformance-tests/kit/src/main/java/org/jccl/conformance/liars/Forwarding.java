package org.jccl.conformance.liars;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.GroupScope;
import org.jccl.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An honest object behind an interface of the API, whose every call goes by a {@link Lie} first.
 * What it returns and what it hands to callbacks is wrapped in the same way; nothing is assumed
 * about the classes behind the interfaces.
 */
final class Forwarding implements InvocationHandler {
  private final Lie fault;
  private final Object honest;
  private final @Nullable Communicator owner;
  private final boolean reachesDevices;

  private Forwarding(
      Lie fault, Object honest, @Nullable Communicator owner, boolean reachesDevices) {
    this.fault = fault;
    this.honest = honest;
    this.owner = owner;
    this.reachesDevices = reachesDevices;
  }

  /**
   * {@code honest} with a fault.
   *
   * @param reachesDevices whether devices, streams, events and graphs have it, too
   */
  static <T> T of(Lie fault, Class<T> surface, T honest, boolean reachesDevices) {
    return of(fault, surface, honest, null, reachesDevices);
  }

  private <T> T alike(Class<T> surface, T other, @Nullable Communicator of) {
    return of(fault, surface, other, of, reachesDevices);
  }

  private static <T> T of(
      Lie fault, Class<T> surface, T honest, @Nullable Communicator owner, boolean reachesDevices) {
    Object proxy =
        Proxy.newProxyInstance(
            surface.getClassLoader(),
            new Class<?>[] {surface},
            new Forwarding(fault, honest, owner, reachesDevices));
    return surface.cast(proxy);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    // It ends in the form that has all parameters; buffers of a device know the honest one.
    if (method.isDefault() && !(honest instanceof Device)) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    Object[] given = arguments == null ? new Object[0] : arguments;
    Object[] plain = Arrays.stream(given).map(this::unwrapped).toArray();
    List<@Nullable Object> all = Collections.unmodifiableList(Arrays.asList(plain));
    ForwardedCall call = new ForwardedCall(honest, owner, method, all);
    if (method.getDeclaringClass() == Object.class) {
      return call.honest();
    }
    Communicator group = all.size() == 1 && all.get(0) instanceof Communicator on ? on : owner;
    return wrapped(fault.answer(call), group);
  }

  private @Nullable Object wrapped(@Nullable Object answer, @Nullable Communicator group) {
    return switch (answer) {
      case Communicator comm -> alike(Communicator.class, comm, comm);
      case Collectives view -> alike(Collectives.class, view, group);
      case GroupScope scope -> alike(GroupScope.class, scope, null);
      case Device device when reachesDevices -> alike(Device.class, device, null);
      case Stream stream when reachesDevices -> alike(Stream.class, stream, null);
      case Event event when reachesDevices -> alike(Event.class, event, null);
      case Graph graph when reachesDevices -> alike(Graph.class, graph, null);
      case List<?> list -> list.stream().map(each -> wrapped(each, group)).toList();
      case null, default -> answer;
    };
  }

  private @Nullable Object unwrapped(@Nullable Object argument) {
    if (argument instanceof Consumer<?> body) {
      @SuppressWarnings(
          "unchecked") // The API's callbacks take views and scopes, which are wrapped.
      Consumer<Object> of = (Consumer<Object>) body;
      return (Consumer<Object>) given -> of.accept(wrapped(given, owner));
    }
    boolean ours =
        argument != null
            && Proxy.isProxyClass(argument.getClass())
            && Proxy.getInvocationHandler(argument) instanceof Forwarding;
    return ours ? ((Forwarding) Proxy.getInvocationHandler(argument)).honest : argument;
  }
}
