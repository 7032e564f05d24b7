#include "grammar/json_schema.h"

#include "grammar/json_emitter.h"

namespace linnet::grammar {

Result<GrammarPtr> compile_json_schema(std::string_view schema, const JsonOptions& options) {
  SchemaDocuments documents(options.documents);
  LINNET_TRY(const JsonValue* root, documents.read_root(schema));
  if (root->kind != JsonKind::kObject && !root->is_boolean())
    return fail(ErrorCode::kInvalidArgument, "a schema is an object or a boolean, and this is {}",
                to_string(root->kind));
  Expressions expressions;
  Patterns patterns;
  Normalizer normalizer(documents, expressions, patterns, options.formats);
  return Emitter(normalizer, options).emit(expressions.schema(*root, 0));
}

}  // namespace linnet::grammar
