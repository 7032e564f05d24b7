// A ticket as JSON that satisfies its schema, whatever the model would rather say: example_constrained
// MODEL.gguf MESSAGE
#include <cstdio>
#include <string>

#include <linnet/linnet.h>

namespace {

constexpr const char* kSchema = R"({
  "type": "object",
  "properties": {
    "topic": {"enum": ["billing", "delivery", "other"]},
    "urgent": {"type": "boolean"},
    "summary": {"type": "string", "maxLength": 80}
  },
  "required": ["topic", "urgent", "summary"],
  "additionalProperties": false
})";

linnet::Result<std::string> make_ticket(const char* path, const char* message) {
  const auto constraint = linnet::Constraint::json_schema(kSchema);
  if (!constraint) return constraint.error();  // a schema is enforced whole, or refused
  const auto model = linnet::Model::load(path);
  if (!model) return model.error();
  auto chat = linnet::Chat::open(*model);
  if (!chat) return chat.error();
  chat->system("Turn the customer's message into a ticket in JSON.");
  chat->user(message);
  linnet::GenerateOptions options;
  options.constraint = *constraint;
  options.max_tokens = 100;
  const auto reply = chat->reply({}, options);
  if (!reply) return reply.error();
  return reply->text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: example_constrained MODEL.gguf MESSAGE\n");
    return 2;
  }
  const auto ticket = make_ticket(argv[1], argv[2]);
  if (!ticket) {
    std::fprintf(stderr, "%s\n", ticket.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", ticket->c_str());
}
