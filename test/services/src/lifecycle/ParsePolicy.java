import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.elasticsearch.common.Strings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.elasticsearch.xpack.core.ilm.DeleteAction;
import org.elasticsearch.xpack.core.ilm.LifecycleAction;
import org.elasticsearch.xpack.core.ilm.LifecyclePolicy;
import org.elasticsearch.xpack.core.ilm.LifecycleType;
import org.elasticsearch.xpack.core.ilm.RolloverAction;
import org.elasticsearch.xpack.core.ilm.TimeseriesLifecycleType;
import org.elasticsearch.xpack.core.ilm.action.PutLifecycleRequest;

/** Reads the body of `PUT _ilm/policy/<name>` as Elasticsearch does, and prints what it understood. */
public final class ParsePolicy {
  private static final NamedXContentRegistry KNOWN =
      new NamedXContentRegistry(
          List.of(
              new NamedXContentRegistry.Entry(
                  LifecycleType.class,
                  new ParseField(TimeseriesLifecycleType.TYPE),
                  parser -> TimeseriesLifecycleType.INSTANCE),
              new NamedXContentRegistry.Entry(
                  LifecycleAction.class, new ParseField(DeleteAction.NAME), DeleteAction::parse),
              new NamedXContentRegistry.Entry(
                  LifecycleAction.class,
                  new ParseField(RolloverAction.NAME),
                  RolloverAction::parse)));

  public static void main(String[] args) throws Exception {
    XContentParserConfiguration known = XContentParserConfiguration.EMPTY.withRegistry(KNOWN);
    try (InputStream body = Files.newInputStream(Path.of(args[0]));
        XContentParser parser = JsonXContent.jsonXContent.createParser(known, body)) {
      PutLifecycleRequest request =
          PutLifecycleRequest.parseRequest(
              new PutLifecycleRequest.Factory() {
                @Override
                public PutLifecycleRequest create(LifecyclePolicy policy) {
                  TimeValue soon = TimeValue.timeValueSeconds(1);
                  return new PutLifecycleRequest(soon, soon, policy);
                }

                @Override
                public String getPolicyName() {
                  return "policy";
                }
              },
              parser);
      if (request.validate() != null) throw request.validate();
      System.out.println(Strings.toString(request.getPolicy()));
    }
  }
}
