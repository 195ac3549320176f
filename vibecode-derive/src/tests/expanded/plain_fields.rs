///Changes to one of the contacts, made by [`Customer::patch`].
#[must_use = "a patch does nothing until it is sent"]
pub struct CustomerPatch(::vibecode_runtime::__private::Body);
const _: () = {
    use ::vibecode_runtime::__private as __v;
    #[automatically_derived]
    impl __v::Patch for CustomerPatch {
        type Entity = __v::Contacts;
        const WIRE_NAMES: &'static [&'static __v::str] = &[
            "id",
            "post",
            "assignedById",
            "opened",
            "ufCrm_694BF2A975BD0",
            "updatedTime",
        ];
        fn body(&self) -> &__v::Body {
            &self.0
        }
    }
    #[automatically_derived]
    impl __v::PatchOf<__v::Contacts> for CustomerPatch {}
    #[automatically_derived]
    impl __v::Clone for CustomerPatch {
        fn clone(&self) -> Self {
            Self(__v::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __v::Default for CustomerPatch {
        fn default() -> Self {
            Self(__v::Body::of::<__v::Contacts>())
        }
    }
    #[automatically_derived]
    impl __v::Debug for CustomerPatch {
        fn fmt(&self, __f: &mut __v::Formatter<'_>) -> __v::fmt::Result {
            __f.debug_tuple("CustomerPatch").field(&self.0).finish()
        }
    }
    #[automatically_derived]
    impl __v::Serialize for CustomerPatch {
        fn serialize<__S: __v::Serializer>(
            &self,
            __to: __S,
        ) -> __v::Result<__S::Ok, __S::Error> {
            __v::Serialize::serialize(&self.0, __to)
        }
    }
    #[automatically_derived]
    impl CustomerPatch {
        /// Calls a setter with the value of a `Some`. A `None` leaves the field unchanged.
        pub fn maybe<__V>(
            self,
            __value: __v::Option<__V>,
            __set: impl __v::FnOnce(Self, __V) -> Self,
        ) -> Self {
            __v::maybe(self, __value, __set)
        }
        /// Sets a field that the struct does not have, by its wire name and **without checks**.
        /// The API drops a name that it does not know and answers 200. The patch is no longer
        /// idempotent. Sending the patch fails if the struct itself has this wire name.
        pub fn set_unchecked(
            mut self,
            __name: impl __v::Into<__v::String>,
            __value: impl __v::Serialize,
        ) -> Self {
            __v::set_unchecked::<Self>(&mut self.0, __name, __value);
            self
        }
        fn __id() {
            <ContactId as __v::IsIdOf<__v::Contacts>>::check();
        }
        ///Sets `post`: Position (string).
        pub fn post(self, __value: impl __v::TakenInto<String>) -> Self {
            Self(<String as __v::TextField>::set(self.0, "post", __value))
        }
        ///Clears `post` by sending `""`.
        pub fn clear_post(self) -> Self {
            Self(__v::clear(self.0, "post", "\"\""))
        }
        ///Sets `assignedById`: Responsible person (employee).
        pub fn assigned_by_id(self, __value: impl __v::TakenInto<UserId>) -> Self {
            Self(<UserId as __v::UserField>::set(self.0, "assignedById", __value))
        }
        ///Sets `opened`: Available to everyone (boolean).
        pub fn opened(self, __value: bool) -> Self {
            Self(<bool as __v::BooleanField>::set(self.0, "opened", __value))
        }
        ///Sets the user field `ufCrm_694BF2A975BD0` (double, multiple).
        pub fn scores(self, __value: impl __v::TakenInto<Vec<f64>>) -> Self {
            Self(
                <Vec<
                    f64,
                > as __v::DoubleListField>::set(self.0, "ufCrm_694BF2A975BD0", __value),
            )
        }
    }
    #[automatically_derived]
    impl __v::ToPatch for Customer {
        fn present(&self, __body: &mut __v::Body) {
            let _ = &self.id;
            <String as __v::TextField>::copy_option(__body, "post", &self.post);
            __v::some_user(&self.assigned_by_id).set(__body, "assignedById");
            <bool as __v::BooleanField>::copy(__body, "opened", &self.opened);
            <Vec<
                f64,
            > as __v::DoubleListField>::copy(
                __body,
                "ufCrm_694BF2A975BD0",
                &self.scores,
            );
            let _ = &self.updated_time;
            let _ = &self.cached;
        }
    }
    #[automatically_derived]
    impl Customer {
        /// Creates a patch without changes.
        pub fn patch() -> CustomerPatch {
            __v::Default::default()
        }
        /// Creates a patch from all values that are present in this struct. `None` and an empty
        /// list leave the field unchanged. Phones and emails are added.
        pub fn to_patch(&self) -> CustomerPatch {
            let mut __patch: CustomerPatch = __v::Default::default();
            __v::ToPatch::present(self, &mut __patch.0);
            __patch
        }
    }
};
