curl -X PATCH "https://vibecode.bitrix24.tech/v1/contacts/71" \
-H "X-Api-Key: YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"phone": "+79169876543",
"post": "Director"
}'
